"""Write the report of the made-up run below the working directory: ``python -m kws_data.bench.report.write_one``."""

from __future__ import annotations

from kws_data.bench.report.made_up_run import made_up_config
from kws_data.report.write import write_report

if __name__ == "__main__":
    write_report(made_up_config())
