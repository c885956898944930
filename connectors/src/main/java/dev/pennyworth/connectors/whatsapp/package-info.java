/// WhatsApp's Cloud API: what comes in, what goes out, and how bots are connected.
@NullMarked
package dev.pennyworth.connectors.whatsapp;

import org.jspecify.annotations.NullMarked;
