using System.Text;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// A path of fields and map keys, ".spec.labels['a/b']", resolved against a schema (ValidFieldPath of
/// k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel).
/// </summary>
/// <param name="Text">"spec.labels[a/b]"</param>
/// <param name="Root">The first step.</param>
/// <param name="Schema">What the path leads to; null where nothing is known of it.</param>
internal sealed record SchemaFieldPath(string Text, string Root, StructuralSchema? Schema)
{
    private const string Unknown = "does not refer to a valid field";

    /// <summary>Resolves a path. Throws <see cref="FormatException"/> with upstream's text.</summary>
    public static SchemaFieldPath Resolve(string path, StructuralSchema schema, bool allowsKeys = true)
    {
        var text = new StringBuilder();
        var root = "";
        StructuralSchema? current = schema;
        for (var at = 0; at < path.Length;)
        {
            var token = NextToken(path, ref at);
            if (token is not ("." or "["))
            {
                throw new FormatException($"expected [ or . but got: {token}");
            }

            if (token == "[" && !allowsKeys)
            {
                throw new FormatException("array notation is not allowed");
            }

            var name = NextToken(path, ref at) ?? throw new FormatException("unexpected end of JSON path");
            if (token == "[")
            {
                name = Unquote(name);
            }

            current = Step(current, name, text);
            root = root.Length == 0 ? name : root;
            if (token == "[" && NextToken(path, ref at) is var close and not "]")
            {
                throw new FormatException(close is null ? "unexpected end of JSON path" : $"expected ] but got {close}");
            }
        }

        return new SchemaFieldPath(text.ToString(), root, current);
    }

    private static StructuralSchema? Step(StructuralSchema? schema, string name, StringBuilder text)
    {
        if (schema is { Properties.Count: > 0 })
        {
            text.Append(text.Length > 0 ? "." : "").Append(name);
            return schema.Find(name) ?? throw new FormatException(Unknown);
        }

        if (schema?.AllowsAdditionalProperties is null)
        {
            throw new FormatException(Unknown);
        }

        text.Append('[').Append(name).Append(']');
        return schema.AdditionalProperties;
    }

    // A delimiter, a text in single quotes, or whatever stands before the next delimiter.
    private static string? NextToken(string path, ref int at)
    {
        if (at == path.Length)
        {
            return null;
        }

        var start = at;
        if (path[start] == '\'')
        {
            for (var i = start + 1; i < path.Length; i++)
            {
                if (path[i] == '\'' && path[i - 1] != '\\')
                {
                    at = i + 1;
                    return path[start..at];
                }
            }

            at = path.Length;
            return path[start..];
        }

        if (path[start] is '.' or '[' or ']')
        {
            at++;
            return path[start..at];
        }

        var end = path.AsSpan(start).IndexOfAny('.', '[', ']');
        at = end < 0 ? path.Length : start + end;
        return path[start..at];
    }

    private static string Unquote(string token)
    {
        if (token.Length < 2 || token[0] != '\'' || token[^1] != '\'')
        {
            throw new FormatException($"expected single quoted string but got {token}");
        }

        var text = new StringBuilder();
        for (var i = 1; i < token.Length - 1; i++)
        {
            if (token[i] != '\\' || i + 1 == token.Length - 1)
            {
                text.Append(token[i]);
                continue;
            }

            var escape = "abfnrtv'\\".IndexOf(token[++i], StringComparison.Ordinal);
            text.Append(escape >= 0
                ? "\a\b\f\n\r\t\v'\\"[escape]
                : throw new FormatException($"invalid string literal: invalid escape char \\{token[i]}"));
        }

        return text.ToString();
    }
}
