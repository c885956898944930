package dev.pennyworth.botsapi;

import dev.pennyworth.connectors.CustomWebhookController;
import io.micronaut.openapi.annotation.OpenAPIInclude;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeType;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.security.SecurityScheme;

/// The head of the OpenAPI document, which is generated from the controllers:
/// `/openapi/pennyworth.yml`, and to browse at `/docs`.
@OpenAPIDefinition(
    info =
        @Info(
            title = "Pennyworth",
            version = "1",
            description =
                "Hosts chat bots and bills each of them to the nano-dollar. Amounts named *_cents"
                    + " are exact decimal numbers of US cents with up to 7 fraction digits. A person"
                    + " acts in their personal team; the header X-Team-Id: team_… names another team"
                    + " that they are a member of (GET /api/teams lists them; any other is 404). An"
                    + " API key acts in the one team that it was made in. Answers of rate-limited"
                    + " routes carry X-RateLimit-Limit, X-RateLimit-Remaining and X-RateLimit-Reset"
                    + " (Unix seconds)."),
    security = @SecurityRequirement(name = "bearer"))
@OpenAPIInclude(classes = CustomWebhookController.class)
@SecurityScheme(
    name = "bearer",
    type = SecuritySchemeType.HTTP,
    scheme = "bearer",
    description = "An access token of /api/auth/login, or an API key of /api/keys.")
final class ApiDescription {
  private ApiDescription() {}
}
