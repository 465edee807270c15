using System.Diagnostics.CodeAnalysis;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>The types that the expressions of one policy see: those of all policies, and its own variables.</summary>
internal sealed class PolicyTypes : CelTypeProvider
{
    /// <summary>The type of variables.</summary>
    public static readonly CelType Variables = CelType.Object("kubernetes.variables");

    // Each variable may be a list of the one before it: of thousands, the types would be too long to write down.
    private const int MaxDepth = 32;

    private readonly Dictionary<string, CelType> _variables = new(StringComparer.Ordinal);

    /// <summary>From now on expressions may use the variable.</summary>
    public void Add(string variable, CelType type) => _variables[variable] = Remembered(type, 0);

    /// <inheritdoc/>
    public override bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type)
    {
        type = null;
        return false;
    }

    /// <inheritdoc/>
    public override bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type)
    {
        if (typeName == Variables.Name)
        {
            return _variables.TryGetValue(field, out type);
        }

        return AdmissionVariables.TryFindField(typeName, field, out type);
    }

    // What upstream remembers of a variable's type: of objects, and of what only functions know, nothing.
    private static CelType Remembered(CelType type, int depth) => type.Kind switch
    {
        CelKind.List or CelKind.Map when depth == MaxDepth => CelType.Dyn,
        CelKind.List => CelType.List(Remembered(type.Parameters[0], depth + 1)),
        CelKind.Map =>
            CelType.Map(Remembered(type.Parameters[0], depth + 1), Remembered(type.Parameters[1], depth + 1)),
        CelKind.Object or CelKind.Opaque or CelKind.Optional or CelKind.Type => CelType.Dyn,
        _ => type,
    };
}
