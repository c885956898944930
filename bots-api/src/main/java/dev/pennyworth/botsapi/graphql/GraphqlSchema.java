package dev.pennyworth.botsapi.graphql;

import graphql.GraphQL;
import graphql.GraphQLContext;
import graphql.analysis.MaxQueryComplexityInstrumentation;
import graphql.analysis.MaxQueryDepthInstrumentation;
import graphql.execution.CoercedVariables;
import graphql.execution.instrumentation.ChainedInstrumentation;
import graphql.language.Value;
import graphql.schema.Coercing;
import graphql.schema.CoercingParseLiteralException;
import graphql.schema.CoercingParseValueException;
import graphql.schema.GraphQLScalarType;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import java.math.BigDecimal;
import java.util.Locale;

/// What can be asked by GraphQL, and how much at once.
final class GraphqlSchema {
  /// Deep enough for the query by which tools read a schema.
  static final int DEPTH_MAX = 20;

  /// Fields in one query, each mention counted.
  static final int FIELDS_MAX = 300;

  private static final String SCHEMA =
      """
      "An exact decimal number."
      scalar Decimal

      type Query {
        "The plans that a team can be on. Public."
        availablePlans: [Plan!]!
        "Every model with its price. Public."
        availableBaseModels: [BaseModel!]!
        "A team's plan. For members of the team."
        teamSubscription(teamId: ID!): TeamSubscription
      }

      type Plan {
        id: ID!
        name: String!
        "US dollars"
        monthlyPrice: Decimal!
        "A month; one credit is one US cent."
        creditsIncluded: Decimal!
        "A month; whichever of credits and tokens ends first ends the grant."
        tokensIncluded: Int!
        features: [String!]!
      }

      "Prices are credits (US cents) per million tokens."
      type BaseModel {
        "As llm_model names it."
        name: String!
        "As llm_provider names it."
        provider: String!
        creditInputPer1M: Decimal!
        creditOutputPer1M: Decimal!
        "The same as creditCacheReadPer1M."
        creditCachedInputPer1M: Decimal!
        creditCacheReadPer1M: Decimal!
        creditCacheWritePer1M: Decimal!
      }

      type TeamSubscription {
        "The plan's id."
        plan: String!
        "active, or ending if another plan follows."
        status: String!
        usage: PlanUsage!
      }

      "Of the plan's current period."
      type PlanUsage {
        creditsUsed: Decimal!
        creditsLimit: Decimal!
        "Of the credits, cut to two digits after the point."
        percentUsed: Decimal!
        totalTokensUsed: Int!
      }
      """;

  private GraphqlSchema() {}

  static GraphQL of(GraphqlAnswers answers) {
    var wiring =
        RuntimeWiring.newRuntimeWiring()
            .scalar(DECIMAL)
            .type(
                "Query",
                query ->
                    query
                        .dataFetcher("availablePlans", _ -> answers.plans())
                        .dataFetcher("availableBaseModels", _ -> answers.models())
                        .dataFetcher("teamSubscription", answers::teamSubscription))
            .build();
    var schema =
        new SchemaGenerator().makeExecutableSchema(new SchemaParser().parse(SCHEMA), wiring);
    return GraphQL.newGraphQL(schema)
        .instrumentation(
            new ChainedInstrumentation(
                new MaxQueryDepthInstrumentation(DEPTH_MAX),
                new MaxQueryComplexityInstrumentation(FIELDS_MAX)))
        .build();
  }

  private static final GraphQLScalarType DECIMAL =
      GraphQLScalarType.newScalar().name("Decimal").coercing(new DecimalCoercing()).build();

  /// Decimals are only ever answered.
  private static final class DecimalCoercing implements Coercing<BigDecimal, BigDecimal> {
    @Override
    public BigDecimal serialize(Object value, GraphQLContext context, Locale locale) {
      return (BigDecimal) value;
    }

    @Override
    public BigDecimal parseValue(Object input, GraphQLContext context, Locale locale) {
      throw new CoercingParseValueException("no argument is a Decimal");
    }

    @Override
    public BigDecimal parseLiteral(
        Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
      throw new CoercingParseLiteralException("no argument is a Decimal");
    }
  }
}
