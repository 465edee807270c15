using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Models;

namespace Kube1.Api.Selectors;

/// <summary>
/// Chooses objects by their labels. Source:
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
/// </summary>
public sealed class LabelSelector
{
    private readonly LabelRequirement[] _requirements;
    private readonly bool _nothing;

    private LabelSelector(IEnumerable<LabelRequirement> requirements, bool nothing = false)
    {
        _requirements = [.. requirements.OrderBy(r => r.Key, StringComparer.Ordinal)];
        _nothing = nothing;
    }

    /// <summary>Matches every object.</summary>
    public static LabelSelector Everything { get; } = new([]);

    /// <summary>Matches no object.</summary>
    public static LabelSelector Nothing { get; } = new([], nothing: true);

    /// <summary>Whether it matches everything because it demands nothing.</summary>
    public bool IsEmpty => !_nothing && _requirements.Length == 0;

    /// <summary>Whether it matches no object whatever its labels.</summary>
    public bool IsNothing => _nothing;

    /// <summary>The conditions, sorted by key; all must hold.</summary>
    public IReadOnlyList<LabelRequirement> Requirements => _requirements;

    /// <summary>Reads the text form, "app=web,tier in (a,b),!old". Throws <see cref="ApiException"/> (400).</summary>
    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Everything;
        }

        try
        {
            var requirements = new LabelSelectorParser(text).Parse();
            return requirements.Count == 0 ? Everything : new LabelSelector(requirements);
        }
        catch (FormatException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
    }

    /// <summary>
    /// The selector of an API object: absent matches nothing, empty matches everything. Throws
    /// <see cref="FormatException"/> for an unknown operator or a bad key or value.
    /// </summary>
    public static LabelSelector From(V1LabelSelector? selector)
    {
        if (selector is null)
        {
            return Nothing;
        }

        var requirements = new List<LabelRequirement>();
        foreach (var (key, value) in selector.MatchLabels ?? [])
        {
            requirements.Add(LabelRequirement.Create(key, LabelOperator.EqualTo, [value]));
        }

        foreach (var expression in selector.MatchExpressions ?? [])
        {
            var op = expression.Operator switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                "DoesNotExist" => LabelOperator.DoesNotExist,
                var other => throw new FormatException($"\"{other}\" is not a valid label selector operator"),
            };
            requirements.Add(LabelRequirement.Create(expression.Key, op, expression.Values ?? []));
        }

        return requirements.Count == 0 ? Everything : new LabelSelector(requirements);
    }

    /// <summary>
    /// The selector of a map of labels, such as a Service's or a node selector. The keys and values are taken as they
    /// are:
    /// what no label can be simply never matches. An empty map matches everything.
    /// </summary>
    public static LabelSelector FromMap(IReadOnlyDictionary<string, string>? labels) => labels is null || labels.Count == 0
        ? Everything
        : new LabelSelector(labels.Select(l => LabelRequirement.Unchecked(l.Key, l.Value)));

    /// <summary>Whether these labels fulfil all conditions. Allocates nothing.</summary>
    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        if (_nothing)
        {
            return false;
        }

        foreach (var requirement in _requirements)
        {
            string? value = null;
            labels?.TryGetValue(requirement.Key, out value);
            if (!requirement.Matches(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether metadata.labels, as JSON, fulfil all conditions.</summary>
    public bool Matches(JsonObject? labels)
    {
        if (_nothing)
        {
            return false;
        }

        foreach (var requirement in _requirements)
        {
            var value = labels is not null && labels.TryGetPropertyValue(requirement.Key, out var node)
                ? node?.GetValue<string>() ?? ""
                : null;
            if (!requirement.Matches(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The value that one key must have (key=value); null when the selector does not pin it.</summary>
    public string? ExactValue(string key)
    {
        foreach (var requirement in _requirements)
        {
            if (requirement.Key == key && requirement.Values.Count == 1
                && requirement.Operator is LabelOperator.EqualTo or LabelOperator.DoubleEquals or LabelOperator.In)
            {
                return requirement.Values[0];
            }
        }

        return null;
    }

    /// <summary>The text form, conditions sorted by key; what the scale subresource's status shows.</summary>
    public override string ToString() => string.Join(',', _requirements.Select(r => r.ToString()));
}
