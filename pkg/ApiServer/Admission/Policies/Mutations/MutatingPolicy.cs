using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Kube1.Cel.Libraries.Kubernetes;

namespace Kube1.ApiServer.Admission.Policies.Mutations;

/// <summary>A MutatingAdmissionPolicy, compiled once a revision.</summary>
internal sealed class MutatingPolicy : CompiledPolicy
{
    /// <summary>Compiles a policy. What is wrong with its expressions is told when they are evaluated.</summary>
    public MutatingPolicy(JsonObject policy)
        : base(policy)
    {
        IsReinvoked = Spec.Text("reinvocationPolicy") == "IfNeeded";
        var environment = Environment.With(JsonPatchLibrary.Library).WithProvider(new MutationTypes(Environment.Provider));
        Mutations =
        [
            .. Spec.Items("mutations").Select(Mutation (m) => m.Text("patchType") == "JSONPatch"
                ? new JsonPatchMutation(environment, m.Child("jsonPatch").Text("expression"))
                : new ApplyConfigurationMutation(environment, m.Child("applyConfiguration").Text("expression"))),
        ];
    }

    /// <summary>Whether it is evaluated again when the object has changed after it.</summary>
    public bool IsReinvoked { get; }

    /// <summary>What it changes, in this order.</summary>
    public IReadOnlyList<Mutation> Mutations { get; }
}
