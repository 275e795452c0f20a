"""What metrics are computed from: kinds of evidence, and how images become evidence."""
