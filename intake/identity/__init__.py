"""Our own evaluation of a sender: SPF, DKIM and DMARC. It asks the network, so it runs before any transaction."""
