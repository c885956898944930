package dev.pennyworth.migrations;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;

/// All that a database's schema consists of, one line a part, without the order in which it came.
record SchemaCatalog(Collection<String> parts) {
  private static final String PARTS =
      """
      WITH ours AS (
        SELECT oid
        FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
      ),
      relation AS (
        SELECT *
        FROM pg_class
        WHERE relnamespace IN (SELECT oid FROM ours)
          AND relname NOT LIKE 'flyway\\_schema\\_history%'
      )
      SELECT 'schema ' || oid::regnamespace
      FROM ours
      UNION ALL
      SELECT concat_ws(' ', 'extension', extname)
      FROM pg_extension
      UNION ALL
      SELECT concat_ws(' ', 'relation', oid::regclass, 'kind', relkind, 'persistence',
          relpersistence, 'options', reloptions, 'row security', relrowsecurity,
          relforcerowsecurity, 'partitioned', pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid),
          'privileges', relacl)
      FROM relation
      WHERE relkind NOT IN ('i', 'I')
      UNION ALL
      SELECT concat_ws(' ', 'column', relation.oid::regclass || '.' || attname,
          format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END,
          'DEFAULT ' || pg_get_expr(adbin, adrelid), 'identity ' || nullif(attidentity::text, ''),
          'generated ' || nullif(attgenerated::text, ''), 'collation ' || nullif(attcollation, 0)::regcollation::text)
      FROM relation
      JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE relkind NOT IN ('i', 'I', 'S')
      UNION ALL
      SELECT concat_ws(' ', 'constraint', conname, 'on',
          coalesce(relation.oid::regclass::text, contypid::regtype::text),
          pg_get_constraintdef(pg_constraint.oid))
      FROM pg_constraint
      LEFT JOIN relation ON relation.oid = conrelid
      WHERE connamespace IN (SELECT oid FROM ours)
        AND (conrelid = 0 OR relation.oid IS NOT NULL)
        AND contype <> 'n'
      UNION ALL
      SELECT concat_ws(' ', 'index', pg_get_indexdef(indexrelid),
          CASE WHEN NOT indisvalid THEN 'INVALID' END)
      FROM pg_index
      JOIN relation ON relation.oid = indrelid
      UNION ALL
      SELECT concat_ws(' ', 'view', oid::regclass, pg_get_viewdef(oid))
      FROM relation
      WHERE relkind IN ('v', 'm')
      UNION ALL
      SELECT concat_ws(' ', 'sequence', relation.oid::regclass, seqtypid::regtype, seqstart,
          seqincrement, seqmin, seqmax, seqcache, seqcycle)
      FROM pg_sequence
      JOIN relation ON relation.oid = seqrelid
      UNION ALL
      SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(pg_trigger.oid), 'enabled', tgenabled)
      FROM pg_trigger
      JOIN relation ON relation.oid = tgrelid
      WHERE NOT tgisinternal
      UNION ALL
      SELECT concat_ws(' ', 'rule', pg_get_ruledef(pg_rewrite.oid))
      FROM pg_rewrite
      JOIN relation ON relation.oid = ev_class
      UNION ALL
      SELECT concat_ws(' ', 'policy', polname, 'on', polrelid::regclass, polcmd, polpermissive,
          pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
      FROM pg_policy
      UNION ALL
      SELECT concat_ws(' ', 'function',
          CASE WHEN prokind = 'a' THEN oid::regprocedure::text ELSE pg_get_functiondef(oid) END,
          'privileges', proacl)
      FROM pg_proc
      WHERE pronamespace IN (SELECT oid FROM ours)
      UNION ALL
      SELECT concat_ws(' ', 'type', oid::regtype, typtype, format_type(typbasetype, typtypmod),
          CASE WHEN typnotnull THEN 'NOT NULL' END, typdefault,
          (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder)
           FROM pg_enum
           WHERE enumtypid = pg_type.oid))
      FROM pg_type
      WHERE typnamespace IN (SELECT oid FROM ours) AND typtype IN ('d', 'e', 'r')
      UNION ALL
      SELECT concat_ws(' ', 'comment on', pg_describe_object(classoid, objoid, objsubid), description)
      FROM pg_description
      WHERE objoid IN (SELECT oid FROM relation)
        OR objoid IN (SELECT oid FROM pg_proc WHERE pronamespace IN (SELECT oid FROM ours))
        OR objoid IN (SELECT oid FROM pg_constraint WHERE connamespace IN (SELECT oid FROM ours))
      """;

  SchemaCatalog {
    parts = List.copyOf(new TreeSet<>(parts));
  }

  static SchemaCatalog read(DataSource dataSource) throws SQLException {
    var parts = new TreeSet<String>();
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement();
        var result = statement.executeQuery(PARTS)) {
      while (result.next()) {
        parts.add(result.getString(1));
      }
    }
    return new SchemaCatalog(parts);
  }

  /// What only one of the two has, a line each, sorted so that two versions of a part meet; empty
  /// when they are equal.
  static String differences(
      String leftName, SchemaCatalog left, String rightName, SchemaCatalog right) {
    return Stream.concat(
            without(left, right).map(part -> part + "   <- only in " + leftName),
            without(right, left).map(part -> part + "   <- only in " + rightName))
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  private static Stream<String> without(SchemaCatalog catalog, SchemaCatalog other) {
    return catalog.parts.stream().filter(part -> !other.parts.contains(part));
  }
}
