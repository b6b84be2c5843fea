"""What a mail says of itself: identity, authentication, references, nature, bounces."""
