package dev.pennyworth.botsapi.timers;

import java.time.Duration;

/// Work that is due again and again. However many processes there are, one of them does it at a
/// time. It may run late or be cut short by a stop, so it goes by what stands in the database.
///
/// @param name stands in the database: renaming it makes it another timer
/// @param every from the end of one run to the start of the next
record Timer(String name, Duration every, Runnable work) {}
