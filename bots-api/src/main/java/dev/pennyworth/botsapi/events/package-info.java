/// What owners are told of events: by signed webhooks to their programs, and by e-mail.
@NullMarked
package dev.pennyworth.botsapi.events;

import org.jspecify.annotations.NullMarked;
