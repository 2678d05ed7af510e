"""What CRM targets share: the wire's protocol, delivery, canonical values, the Singer side."""
