using Kube1.Cel;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>The variables of a rule. An oldSelf that is not set is not there, which ends an expression that asks for it.</summary>
internal sealed class SelfActivation(CelValue self, CelValue oldSelf) : CelActivation
{
    /// <summary>The value that the rule is about.</summary>
    public const string Self = "self";

    /// <summary>What it was before an update.</summary>
    public const string OldSelf = "oldSelf";

    /// <inheritdoc/>
    public override bool TryResolve(string name, out CelValue value)
    {
        value = name switch
        {
            Self => self,
            OldSelf => oldSelf,
            _ => default,
        };
        return value.IsSet;
    }
}
