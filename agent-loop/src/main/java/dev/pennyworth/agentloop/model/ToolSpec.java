package dev.pennyworth.agentloop.model;

/// A tool as it is offered to a model.
///
/// @param parametersJson a JSON Schema of an object, passed through as it is
public record ToolSpec(String name, String description, String parametersJson) {}
