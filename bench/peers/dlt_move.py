"""One move with dlt: a table of a database or a CSV file into a table of PostgreSQL. What it does is said by variables MOVE_*."""

import os

import dlt
from dlt.sources.filesystem import filesystem, read_csv_duckdb
from dlt.sources.sql_database import sql_table

file = os.environ.get("MOVE_FILE")
backend = os.environ["MOVE_BACKEND"]
chunk = os.environ.get("MOVE_CHUNK")

if file is not None:
    lines = filesystem(bucket_url=os.path.dirname(file), file_glob=os.path.basename(file)) | read_csv_duckdb(
        use_pyarrow=backend != "sqlalchemy", **({} if chunk is None else {"chunk_size": int(chunk)})
    )
else:
    lines = sql_table(
        credentials=os.environ["MOVE_SOURCE"],
        table=os.environ["MOVE_TABLE"],
        backend=backend,
        **({} if chunk is None else {"chunk_size": int(chunk)}),
    )

pipeline = dlt.pipeline("bench", destination=dlt.destinations.postgres(os.environ["MOVE_TARGET"]), dataset_name=os.environ["MOVE_SCHEMA"])
loaded = pipeline.run(
    lines.with_name("lines"), write_disposition="replace", loader_file_format=os.environ.get("MOVE_FORMAT") or None
)
loaded.raise_on_failed_jobs()
