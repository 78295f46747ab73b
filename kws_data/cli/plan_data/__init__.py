"""``kws plan-data``: its questions, the plan that it writes, and what is missing of one."""
