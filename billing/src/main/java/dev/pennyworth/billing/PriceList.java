package dev.pennyworth.billing;

import java.util.List;

/// What a price file says.
public record PriceList(List<PriceVersion> models, List<ToolPriceVersion> tools) {
  static final PriceList EMPTY = new PriceList(List.of(), List.of());

  public PriceList {
    models = List.copyOf(models);
    tools = List.copyOf(tools);
  }
}
