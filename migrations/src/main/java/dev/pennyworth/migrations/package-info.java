/// The schema of Pennyworth, and the embedded PostgreSQL that carries it when no other is named.
@NullMarked
package dev.pennyworth.migrations;

import org.jspecify.annotations.NullMarked;
