using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>
/// Validating- and MutatingAdmissionPolicyBindings: where a policy holds, and with which parameters.
/// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
/// </summary>
internal sealed class PolicyBindingResource(bool mutating) : ResourceStrategy
{
    private const string Exclusive = "name and selector are mutually exclusive";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly string[] Actions = ["Audit", "Deny", "Warn"];

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => PolicyRules.DefaultResources(obj.Child("spec").Child("matchResources"));

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        errors.RequiredName(Spec.Child("policyName"), spec.Text("policyName"), NameRules.IsDns1123Subdomain);
        if (spec.Child("paramRef") is { } parameters)
        {
            ValidateParameters(parameters, Spec.Child("paramRef"), errors);
        }

        if (spec.Child("matchResources") is { } resources)
        {
            // The name of the field is misspelt upstream.
            PolicyRules.ValidateResources(resources, Spec.Child("matchResouces"), errors);
            if (mutating)
            {
                PolicyRules.ValidateMutable(resources, Spec.Child("matchResources"), errors);
            }
        }

        if (!mutating)
        {
            ValidateActions(spec, Spec.Child("validationActions"), errors);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Field("PolicyName", "The policy that it puts into force", "spec.policyName"),
        Columns.Text("ParamRef", "The policy's parameters", ParametersText),
        Columns.Age,
    ];

    private static void ValidateParameters(JsonObject parameters, FieldPath path, FieldErrorList errors)
    {
        var (name, selector) = (parameters.Text("name"), parameters.Child("selector"));
        errors.AddMessages(path.Child("name"), name, NameRules.IsPathSegmentName);
        if (name.Length > 0 && selector is not null)
        {
            errors.Forbidden(path.Child("name"), Exclusive);
        }

        errors.Selector(path.Child("selector"), selector);
        if (name.Length > 0 && selector is not null)
        {
            errors.Forbidden(path.Child("selector"), Exclusive);
        }

        if (name.Length == 0 && selector is null)
        {
            errors.Required(path, "one of name or selector must be specified");
        }

        var action = parameters.Text("parameterNotFoundAction");
        if (action.Length == 0)
        {
            errors.Required(path.Child("parameterNotFoundAction"));
        }
        else if (action is not ("Deny" or "Allow"))
        {
            errors.NotOneOf(path.Child("parameterNotFoundAction"), action, "Deny", "Allow");
        }
    }

    private static void ValidateActions(JsonObject spec, FieldPath path, FieldErrorList errors)
    {
        var seen = new HashSet<string>();
        foreach (var (action, at) in spec.Texts("validationActions").Indexed(path))
        {
            if (!Actions.Contains(action))
            {
                errors.NotOneOf(at, action, Actions);
            }

            if (!seen.Add(action))
            {
                errors.Duplicate(at, action);
            }
        }

        if (seen.Contains("Deny") && seen.Contains("Warn"))
        {
            errors.Invalid(
                path, RuleExtensions.Shown(spec["validationActions"]),
                "must not contain both Deny and Warn (repeating the same validation failure information in the API response "
                + "and headers serves no purpose)");
        }

        if (seen.Count == 0)
        {
            errors.Required(path, "at least one validation action is required");
        }
    }

    private static string ParametersText(JsonObject obj)
    {
        var parameters = obj.Child("spec").Child("paramRef");
        if (parameters.Text("name") is { Length: > 0 } name)
        {
            return $"{Columns.OrElse(parameters.Text("namespace"), "*")}/{name}";
        }

        return parameters.Child("selector") is { } selector ? GoText(selector) : Columns.Unset;
    }

    // As Go prints a LabelSelector.
    private static string GoText(JsonObject selector)
    {
        var labels = string.Concat((selector.Child("matchLabels") ?? [])
            .OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}: {p.Value},"));
        var expressions = string.Concat(selector.Items("matchExpressions").Select(e =>
            $"LabelSelectorRequirement{{Key:{e.Text("key")},Operator:{e.Text("operator")},"
            + $"Values:[{string.Join(' ', e.Texts("values"))}],}},"));
        return $"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},"
            + $"MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}";
    }
}
