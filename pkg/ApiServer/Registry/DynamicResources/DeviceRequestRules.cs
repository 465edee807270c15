using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>
/// What a claim asks for; order, paths and words are those of k8s.io/kubernetes/pkg/apis/resource/validation.
/// </summary>
internal static class DeviceRequestRules
{
    private const int MaxRequests = 32;
    private const int MaxConstraints = 32;
    private const int MaxAlternatives = 8;

    private const string NoRequest =
        "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

    private static readonly string[] Effects = ["NoExecute", "NoSchedule", "None"];

    /// <summary>Checks a claim's spec at a path.</summary>
    public static void Validate(JsonObject? spec, FieldPath path, FieldErrorList errors)
    {
        var devices = spec.Child("devices") ?? [];
        var at = path.Child("devices");
        var names = Names(devices);
        DeviceLists.Validate(
            devices, "requests", MaxRequests, at.Child("requests"), errors,
            (request, requestAt) => ValidateRequest(request, requestAt, errors), r => r.Text("name"));
        DeviceLists.Validate(
            devices, "constraints", MaxConstraints, at.Child("constraints"), errors,
            (constraint, constraintAt) => ValidateConstraint(constraint, names, constraintAt, errors));
        DeviceLists.Validate(
            devices, "config", DeviceConfigurationRules.MaxConfigs, at.Child("config"), errors, (config, configAt) =>
            {
                ValidateReferences(config, names, configAt.Child("requests"), errors);
                DeviceConfigurationRules.Validate(config, configAt, errors);
            });
    }

    /// <summary>The names by which a claim's requests can be referred to: "gpu", "gpu/small".</summary>
    public static HashSet<string> Names(JsonObject? devices)
    {
        var names = new HashSet<string>();
        foreach (var request in devices.Items("requests"))
        {
            names.Add(request.Text("name"));
            names.UnionWith(request.Items("firstAvailable").Select(s => $"{request.Text("name")}/{s.Text("name")}"));
        }

        return names;
    }

    /// <summary>Checks a reference to a request of the claim.</summary>
    public static void ValidateReference(string name, HashSet<string> names, FieldPath path, FieldErrorList errors)
    {
        var parts = name.Split('/');
        if (parts.Length > 2)
        {
            errors.Invalid(path, name, NoRequest);
            return;
        }

        foreach (var part in parts)
        {
            DeviceNames.ValidateLabel(part, path, errors);
        }

        if (!names.Contains(name))
        {
            errors.Invalid(path, name, NoRequest);
        }
    }

    /// <summary>Checks the list "requests" of a constraint or a configuration.</summary>
    public static void ValidateReferences(
        JsonObject owner, HashSet<string> names, FieldPath path, FieldErrorList errors) => DeviceLists.ValidateTexts(
        owner, "requests", MaxRequests, path, errors, (name, at) => ValidateReference(name, names, at, errors));

    private static void ValidateRequest(JsonObject request, FieldPath path, FieldErrorList errors)
    {
        const string one = "exactly one of `exactly` or `firstAvailable` is required";
        DeviceNames.ValidateLabel(request.Text("name"), path.Child("name"), errors);
        var (exactly, several) = (request.Child("exactly"), request.Count("firstAvailable") > 0);
        if (exactly is null && !several)
        {
            errors.Required(path, one);
        }
        else if (exactly is not null && several)
        {
            errors.Invalid(path, null, one + ", but multiple fields are set");
        }
        else if (exactly is not null)
        {
            ValidateExact(exactly, path.Child("exactly"), errors);
        }
        else
        {
            DeviceLists.Validate(
                request, "firstAvailable", MaxAlternatives, path.Child("firstAvailable"), errors,
                (alternative, at) =>
                {
                    DeviceNames.ValidateLabel(alternative.Text("name"), at.Child("name"), errors);
                    ValidateExact(alternative, at, errors);
                },
                a => a.Text("name"));
        }
    }

    private static void ValidateExact(JsonObject request, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredName(
            path.Child("deviceClassName"), request.Text("deviceClassName"), NameRules.IsDns1123Subdomain);
        DeviceConfigurationRules.ValidateSelectors(request, path.Child("selectors"), errors);
        var (mode, count) = (request.Text("allocationMode"), request.Integer("count") ?? 0);
        switch (mode)
        {
            case "All" when count != 0:
                errors.Invalid(path.Child("count"), count, "must not be specified when allocationMode is 'All'");
                break;
            case "ExactCount" when count <= 0:
                errors.Invalid(path.Child("count"), count, "must be greater than zero");
                break;
            case "All" or "ExactCount":
                break;
            default:
                errors.NotOneOf(path.Child("allocationMode"), mode, "All", "ExactCount");
                break;
        }

        foreach (var (toleration, at) in request.Items("tolerations").Indexed(path.Child("tolerations")))
        {
            ValidateToleration(toleration, at, errors);
        }
    }

    private static void ValidateToleration(JsonObject toleration, FieldPath path, FieldErrorList errors)
    {
        var value = toleration.Text("value");
        errors.AddMessages(path.Child("key"), toleration.Text("key"), NameRules.IsQualifiedName);
        switch (toleration.Text("operator"))
        {
            case "Exists" when value.Length > 0:
                errors.Invalid(path.Child("value"), value, "must be empty for operator `Exists`");
                break;
            case "Exists":
                break;
            case "Equal":
                errors.AddMessages(path.Child("value"), value, NameRules.IsLabelValue);
                break;
            case "":
                errors.Required(path.Child("operator"));
                break;
            case var other:
                errors.NotOneOf(path.Child("operator"), other, "Equal", "Exists");
                break;
        }

        if (toleration.Text("effect") is { Length: > 0 } effect && !Effects.Contains(effect))
        {
            errors.NotOneOf(path.Child("effect"), effect, Effects);
        }
    }

    private static void ValidateConstraint(
        JsonObject constraint, HashSet<string> names, FieldPath path, FieldErrorList errors)
    {
        ValidateReferences(constraint, names, path.Child("requests"), errors);
        var field = new[] { "matchAttribute", "distinctAttribute" }.FirstOrDefault(f => constraint[f] is not null);
        if (field is null)
        {
            errors.Required(
                path,
                "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set");
        }
        else
        {
            DeviceNames.ValidateFullyQualified(constraint.Text(field), path.Child(field), errors);
        }
    }
}
