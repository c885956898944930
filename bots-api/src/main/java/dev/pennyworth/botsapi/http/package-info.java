/// The shape of requests and answers: JSON, errors, pages, rates, idempotency.
@NullMarked
package dev.pennyworth.botsapi.http;

import org.jspecify.annotations.NullMarked;
