"""The room of the agents' mail: what they are told, and what they say."""
