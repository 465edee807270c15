using System.Diagnostics.CodeAnalysis;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>The types that the expressions of one policy see: those of all policies, and its own variables.</summary>
internal sealed class PolicyTypes : CelTypeProvider
{
    /// <summary>The type of variables.</summary>
    public static readonly CelType Variables = CelType.Object("kubernetes.variables");

    private readonly Dictionary<string, CelType> _variables = new(StringComparer.Ordinal);

    /// <summary>From now on expressions may use the variable.</summary>
    public void Add(string variable, CelType type) => _variables[variable] = Remembered(type);

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
    private static CelType Remembered(CelType type) => type.Kind switch
    {
        CelKind.List => CelType.List(Remembered(type.Parameters[0])),
        CelKind.Map => CelType.Map(Remembered(type.Parameters[0]), Remembered(type.Parameters[1])),
        CelKind.Object or CelKind.Opaque or CelKind.Optional or CelKind.Type => CelType.Dyn,
        _ => type,
    };
}
