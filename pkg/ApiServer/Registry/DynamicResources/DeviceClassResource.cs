using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>DeviceClasses: kinds of devices that claims can ask for.</summary>
internal sealed class DeviceClassResource : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        DeviceConfigurationRules.ValidateSelectors(spec, Spec.Child("selectors"), errors);
        DeviceLists.Validate(
            spec, "config", DeviceConfigurationRules.MaxConfigs, Spec.Child("config"), errors,
            (config, at) => DeviceConfigurationRules.Validate(config, at, errors));
        if (spec["extendedResourceName"] is not null
            && spec.Text("extendedResourceName") is var name && !IsExtendedResource(name))
        {
            errors.Invalid(Spec.Child("extendedResourceName"), name, "must be a valid extended resource name");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } = [Columns.Name, Columns.Age];

    // "example.com/gpu": not one of Kubernetes' own, and its quota, "requests.example.com/gpu", must be a name too.
    private static bool IsExtendedResource(string name)
    {
        const string quota = "requests.";
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && !name[..slash].Contains("kubernetes.io", StringComparison.Ordinal)
            && !name.StartsWith(quota, StringComparison.Ordinal) && NameRules.IsQualifiedName(quota + name).Count == 0;
    }
}
