"""What `loket check` looks at: surroundings, servers, the DNS, the round trip."""
