package dev.pennyworth.botsapi.graphql;

import dev.pennyworth.billing.JdbcPlans;
import dev.pennyworth.billing.JdbcPrices;
import graphql.GraphQL;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;

/// The object graph of GraphQL.
@Factory
final class GraphqlWiring {

  @Singleton
  GraphQL graphql(JdbcPrices prices, JdbcPlans plans) {
    return GraphqlSchema.of(new GraphqlAnswers(prices, plans));
  }
}
