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
    public void Add(string variable, CelType type) => _variables[variable] = type;

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

        // Of the options nothing is known beforehand: they are another kind for each operation.
        if (field == "options" && typeName == AdmissionVariables.RequestType.Type.Name)
        {
            type = CelType.Dyn;
            return true;
        }

        return AdmissionVariables.Types.TryFindField(typeName, field, out type);
    }
}
