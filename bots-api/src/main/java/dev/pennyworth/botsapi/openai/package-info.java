/// Bots for programs that speak OpenAI's chat completions.
@NullMarked
package dev.pennyworth.botsapi.openai;

import org.jspecify.annotations.NullMarked;
