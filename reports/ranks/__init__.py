"""Who is better, and could the data have said so: ranks and tests that know their power.

Over datasets a table has a row per dataset and a column per method, more is better; within a
dataset a matrix has a row per repeat, and everything is paired by repeat. Nothing is imputed: a
missing cell takes the test away, and the reason is given instead of a p-value.
"""
