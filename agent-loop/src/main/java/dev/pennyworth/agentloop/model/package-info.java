/// Talking to models: the port, its requests and replies, and the providers behind it.
@NullMarked
package dev.pennyworth.agentloop.model;

import org.jspecify.annotations.NullMarked;
