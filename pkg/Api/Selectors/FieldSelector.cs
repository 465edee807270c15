using System.Text;
using Kube1.Api.Errors;

namespace Kube1.Api.Selectors;

/// <summary>One condition on one field: equal to a value, or not.</summary>
public readonly record struct FieldRequirement(string Field, bool Negated, string Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}{(Negated ? "!=" : "=")}{FieldSelector.Escape(Value)}";
}

/// <summary>
/// Chooses objects by the values of a few fields. Source:
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
/// </summary>
public sealed class FieldSelector
{
    private readonly FieldRequirement[] _requirements;

    private FieldSelector(IEnumerable<FieldRequirement> requirements) => _requirements = [.. requirements];

    /// <summary>Matches every object.</summary>
    public static FieldSelector Everything { get; } = new([]);

    /// <summary>Whether it demands nothing.</summary>
    public bool IsEmpty => _requirements.Length == 0;

    /// <summary>The conditions; all must hold. Which fields a resource knows is for its strategy to check.</summary>
    public IReadOnlyList<FieldRequirement> Requirements => _requirements;

    /// <summary>Reads "spec.nodeName=a,status.phase!=Failed". Throws <see cref="ApiException"/> (400).</summary>
    public static FieldSelector Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Everything;
        }

        var requirements = new List<FieldRequirement>();
        foreach (var term in SplitTerms(text))
        {
            if (term.Length > 0)
            {
                requirements.Add(ReadTerm(text, term));
            }
        }

        return requirements.Count == 0 ? Everything : new FieldSelector(requirements);
    }

    /// <summary>One field must have one value.</summary>
    public static FieldSelector OneTerm(string field, string value) => new([new FieldRequirement(field, false, value)]);

    /// <summary>Whether the values fulfil all conditions; an unknown field is the empty text.</summary>
    public bool Matches(Func<string, string?> valueOf)
    {
        foreach (var requirement in _requirements)
        {
            var equal = string.Equals(valueOf(requirement.Field) ?? "", requirement.Value, StringComparison.Ordinal);
            if (equal == requirement.Negated)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The value that a field must have; null when it is not pinned to one.</summary>
    public string? ExactValue(string field)
    {
        foreach (var requirement in _requirements)
        {
            if (requirement.Field == field && !requirement.Negated)
            {
                return requirement.Value;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', _requirements.Select(r => r.ToString()));

    internal static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace(",", "\\,", StringComparison.Ordinal)
        .Replace("=", "\\=", StringComparison.Ordinal);

    private static IEnumerable<string> SplitTerms(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static FieldRequirement ReadTerm(string all, string term)
    {
        for (var i = 0; i < term.Length; i++)
        {
            var rest = term.AsSpan(i);
            if (rest.StartsWith("!=") || rest.StartsWith("=="))
            {
                return new FieldRequirement(term[..i], rest[0] == '!', Unescape(term[(i + 2)..]));
            }

            if (rest[0] == '=')
            {
                return new FieldRequirement(term[..i], false, Unescape(term[(i + 1)..]));
            }
        }

        throw ApiErrors.BadRequest($"invalid selector: '{all}'; can't understand '{term}'");
    }

    private static string Unescape(string value)
    {
        if (value.AsSpan().IndexOfAny('\\', ',', '=') < 0)
        {
            return value;
        }

        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\')
            {
                i++;
                if (i >= value.Length || value[i] is not ('\\' or ',' or '='))
                {
                    var sequence = i < value.Length ? "\\" + value[i] : "\\";
                    throw ApiErrors.BadRequest($"invalid field selector: invalid escape sequence: {sequence}");
                }
            }
            else if (value[i] is ',' or '=')
            {
                throw ApiErrors.BadRequest(
                    $"invalid field selector: unescaped character in value: {(int)value[i]}");
            }

            text.Append(value[i]);
        }

        return text.ToString();
    }
}
