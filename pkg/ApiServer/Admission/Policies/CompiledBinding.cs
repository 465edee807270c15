using System.Text.Json.Nodes;
using Kube1.Api.Selectors;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>Which objects parameterize a policy.</summary>
/// <param name="Name">One of this name; empty for those that are selected.</param>
/// <param name="Namespace">Where; empty for the namespace of the write.</param>
/// <param name="Selector">Which; null for one of a name.</param>
/// <param name="DeniesWithout">Whether a policy without parameters refuses; otherwise it says nothing.</param>
internal sealed record ParameterReference(string Name, string Namespace, LabelSelector? Selector, bool DeniesWithout);

/// <summary>A binding of a policy, read once a revision.</summary>
internal sealed class CompiledBinding
{
    /// <summary>Reads a binding.</summary>
    public CompiledBinding(JsonObject binding)
    {
        var spec = binding.Child("spec") ?? [];
        Name = binding.Text("metadata.name");
        PolicyName = spec.Text("policyName");
        Actions = [.. spec.Texts("validationActions")];
        Match = spec.Child("matchResources") is { } match ? new ResourceMatch(match) : null;
        try
        {
            Parameters = spec.Child("paramRef") is { } reference
                ? new ParameterReference(
                    reference.Text("name"), reference.Text("namespace"),
                    reference["selector"] is null ? null : RequestSelectors.Selector(reference, "selector"),
                    reference.Text("parameterNotFoundAction") == "Deny")
                : null;
        }
        catch (FormatException e)
        {
            Defect = e.Message;
        }
    }

    /// <summary>The binding's name.</summary>
    public string Name { get; }

    /// <summary>The policy that it puts to use.</summary>
    public string PolicyName { get; }

    /// <summary>"Deny", "Warn", "Audit".</summary>
    public IReadOnlyList<string> Actions { get; }

    /// <summary>What it is about; null for all that the policy is about.</summary>
    public ResourceMatch? Match { get; }

    /// <summary>The policy's parameters; null for none.</summary>
    public ParameterReference? Parameters { get; }

    /// <summary>Why the parameters cannot be read, which validation does not let happen.</summary>
    public string? Defect { get; }
}
