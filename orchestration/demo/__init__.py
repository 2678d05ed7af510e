"""The bundled demonstration: stand-ins of platforms, a made-up population, its truth."""
