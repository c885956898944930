/// Sealing, hashing and deriving: the one room with cryptography in it.
@NullMarked
package dev.pennyworth.botsapi.secrets;

import org.jspecify.annotations.NullMarked;
