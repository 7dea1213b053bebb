"""The same answers for less: each way is chosen by a classifier's type, and changes no bit.

A classifier that nothing is known of is asked about every distinct row.
"""
