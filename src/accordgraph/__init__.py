"""AccordGraph: how Belgium implements the European Framework Agreement on Digitalisation, as linked data."""

__version__ = "0.1.0"
