/// Plans, models and a team's plan by GraphQL.
@NullMarked
package dev.pennyworth.botsapi.graphql;

import org.jspecify.annotations.NullMarked;
