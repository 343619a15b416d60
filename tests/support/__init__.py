"""What tests share: servers, engines and datasets on loopback, and where things are."""
