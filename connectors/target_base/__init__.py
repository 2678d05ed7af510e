"""What every CRM target shares: the wire's protocol, delivery, canonical values, the Singer side."""
