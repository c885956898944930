/// The owner's dashboard: pages for people, made of the same services as the API.
@NullMarked
package dev.pennyworth.botsapi.dashboard;

import org.jspecify.annotations.NullMarked;
