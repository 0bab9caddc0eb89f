"""Lists that practitioners work from: declared, approved by two people, watermarked, and ended."""
