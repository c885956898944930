/// Teams, people, sign-ins and API keys.
@NullMarked
package dev.pennyworth.botsapi.accounts;

import org.jspecify.annotations.NullMarked;
