"""A run folder in a bucket of an object store (S3): the same rows, guarantees and commands.

The bucket is the truth, a working copy on disk is where the rest of the harness works:

    s3://bucket/runs/NAME/
      sweep.yaml, trials/000001.parquet, ...   a view for people and plain readers
      .fewlabels/writer      who writes, and that it is still alive (`lease`)
      .fewlabels/manifest    which object is which file now (`manifest`)
      .fewlabels/objects/    contents of files; never written twice (`published`)

A change counts when the manifest names it. The manifest changes by compare-and-swap (a PUT with
If-Match), so all of a change counts or nothing, and a writer that another one replaced loses.
"""
