"""RSS, Atom and JSON Feed: any blog or forum that publishes what is new."""
