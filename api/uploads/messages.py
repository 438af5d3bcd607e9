"""What the reading process and its reader agree on (da: beskeder)."""

import struct

LENGTH = struct.Struct("<I")
"""How the length of a message is written before it (da: længde)."""
OUT_OF_MEMORY = 3
"""What the process answers with when there was too little memory (da: for lidt hukommelse)."""
LARGEST_MESSAGE = 16 * 2**20
