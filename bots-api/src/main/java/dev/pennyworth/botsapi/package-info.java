/// What owners use: accounts, bots, money and logs over REST, and the main class.
@NullMarked
package dev.pennyworth.botsapi;

import org.jspecify.annotations.NullMarked;
