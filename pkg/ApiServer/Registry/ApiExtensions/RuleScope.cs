using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Extensions.Rules;
using Kube1.ApiServer.Extensions.Schemas;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>
/// What is known at one schema of a definition to check its rules: the type of self, and how often a value of it may
/// occur in an object (CELSchemaContext of k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation).
/// </summary>
internal sealed class RuleScope
{
    private readonly RuleScope? _outer;
    private readonly bool _isWithinRules;
    private DeclaredType? _type;

    // The name under which the scope around has it.
    private string _step = "";

    private RuleScope(RuleScope? outer, StructuralSchema schema, ulong? maxCount, RuleCosts costs, DeclaredTypes types)
    {
        _outer = outer;
        _isWithinRules = outer?._isWithinRules == true || schema.Rules.Count > 0;
        Schema = schema;
        MaxCount = maxCount;
        Costs = costs;
        Types = types;
    }

    /// <summary>The schema.</summary>
    public StructuralSchema Schema { get; }

    /// <summary>How many values of it an object can have, by the bounds of the lists and maps around; null for no bound.</summary>
    public ulong? MaxCount { get; }

    /// <summary>The costs of all rules of the definition's schema.</summary>
    public RuleCosts Costs { get; }

    /// <summary>All types of the schema.</summary>
    public DeclaredTypes Types { get; }

    /// <summary>The type of self; null when expressions cannot see such values.</summary>
    public DeclaredType? Type => _type ??= FindType();

    /// <summary>The whole schema of a resource.</summary>
    public static RuleScope Root(StructuralSchema schema) => new(null, schema, 1, new RuleCosts(), new DeclaredTypes());

    /// <summary>A field; null when there is none.</summary>
    public RuleScope? Property(string name) => Inside(Schema.Find(name), name);

    /// <summary>The values of a map.</summary>
    public RuleScope? AdditionalProperties() => Inside(Schema.AdditionalProperties, "@elem");

    /// <summary>The items of a list.</summary>
    public RuleScope? Items() => Inside(Schema.Items, "@idx");

    /// <summary>The most that a rule can cost in one object.</summary>
    public ulong TotalOf(ulong cost)
    {
        // Without bounds, as many as a request of small values can have.
        var count = MaxCount ?? (ulong)(ExpressionLimits.MaxRequestBytes / (Type!.MinBytes + 1));
        return Product(cost, count);
    }

    private RuleScope? Inside(StructuralSchema? inner, string step) => inner is null ? null
        : new RuleScope(
            this, inner, MaxCount is { } count && Factor() is { } factor ? Product(count, factor) : null, Costs, Types)
        {
            _step = step,
        };

    private DeclaredType? FindType()
    {
        if (_outer is { _isWithinRules: true, Type: { } around })
        {
            var known = ReferenceEquals(_outer.Schema.Items, Schema) || ReferenceEquals(_outer.Schema.AdditionalProperties, Schema)
                ? around.Element
                : FieldNames.Escape(_step) is { } identifier ? around.Fields?.GetValueOrDefault(identifier) : null;
            if (known is not null)
            {
                return known;
            }
        }

        return Types.Declare(Schema, _outer is null || Schema.IsEmbeddedResource, Costs.NextTypeName());
    }

    // By how many the schema multiplies the values below it.
    private ulong? Factor() => Schema.Type switch
    {
        "object" when Schema.AllowsAdditionalProperties is not null => AtLeastZero(Schema.Validation.MaxProperties),
        "array" => AtLeastZero(Schema.Validation.MaxItems),
        _ => 1,
    };

    private static ulong? AtLeastZero(long? value) => value is { } given ? (ulong)Math.Max(given, 0) : null;

    private static ulong Product(ulong left, ulong right) =>
        left == 0 ? 0 : ulong.MaxValue / left < right ? ulong.MaxValue : left * right;
}
