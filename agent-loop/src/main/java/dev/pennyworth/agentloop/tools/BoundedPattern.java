package dev.pennyworth.agentloop.tools;

import com.networknt.schema.regex.RegularExpression;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/// A pattern of a stranger's schema, given up after so many steps: some patterns take longer than
/// the universe for forty characters.
final class BoundedPattern implements RegularExpression {
  private static final int CHARACTERS_READ_MAX = 1_000_000;

  private final Pattern pattern;

  BoundedPattern(String regex) {
    this.pattern = Pattern.compile(regex);
  }

  @Override
  public boolean matches(String value) {
    return pattern.matcher(new Counted(value, new AtomicInteger(CHARACTERS_READ_MAX))).find();
  }

  /// The text took more steps than anybody should need.
  static final class TooSlow extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /// A text that counts how often it is read.
  private record Counted(CharSequence text, AtomicInteger left) implements CharSequence {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (left.decrementAndGet() < 0) {
        throw new TooSlow();
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), left);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
