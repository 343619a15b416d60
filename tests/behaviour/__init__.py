"""What an outsider sees of a checkout: its answers over HTTP and its commands, recorded and compared."""
