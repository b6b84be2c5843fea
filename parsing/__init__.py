"""Bytes in, values out: reading a mail and the report in it. Pure: no database, network or clock."""
