"""What the organization does on an ordinary week: people, pipelines, machines, customers."""
