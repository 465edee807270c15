using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.FlowControl;

/// <summary>
/// What PriorityLevelConfigurations must obey; order, paths and words are those of
/// k8s.io/kubernetes/pkg/apis/flowcontrol/validation.
/// </summary>
internal static class PriorityLevelRules
{
    private const long MaxQueues = 10_000_000;

    /// <summary>A flow's hash has this many bits to deal a hand of queues with.</summary>
    private const int MaxHashBits = 60;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Checks a priority level's spec.</summary>
    public static void Validate(JsonObject obj, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        var type = spec.Text("type");
        if (obj.Text("metadata.name") == "exempt" != (type == "Exempt"))
        {
            errors.Invalid(Spec.Child("type"), type, "type must be 'Exempt' if and only if `name` is 'exempt'");
        }

        var (limited, exempt) = (spec.Child("limited"), spec.Child("exempt"));
        switch (type)
        {
            case "Exempt":
                if (limited is not null)
                {
                    errors.Forbidden(Spec.Child("limited"), "must be nil if the type is not Limited");
                }

                ValidateShares(exempt, Spec.Child("exempt"), errors);
                ValidateLending(exempt, Spec.Child("exempt"), errors);
                break;
            case "Limited":
                if (exempt is not null)
                {
                    errors.Forbidden(Spec.Child("exempt"), "must be nil if the type is Limited");
                }

                if (limited is null)
                {
                    errors.Required(Spec.Child("limited"), "must not be empty when type is Limited");
                }
                else
                {
                    ValidateLimited(limited, Spec.Child("limited"), errors);
                }

                break;
            default:
                errors.NotOneOf(Spec.Child("type"), type, "Exempt", "Limited");
                break;
        }
    }

    private static void ValidateLimited(JsonObject limited, FieldPath path, FieldErrorList errors)
    {
        ValidateShares(limited, path, errors);
        ValidateResponse(limited.Child("limitResponse") ?? [], path.Child("limitResponse"), errors);
        ValidateLending(limited, path, errors);
        if (limited.Integer("borrowingLimitPercent") is < 0 and var borrowing)
        {
            errors.Invalid(
                path.Child("borrowingLimitPercent"), borrowing, "if specified, must be a non-negative integer");
        }
    }

    private static void ValidateShares(JsonObject? level, FieldPath path, FieldErrorList errors)
    {
        if (level.Integer("nominalConcurrencyShares") is < 0 and var shares)
        {
            errors.Invalid(path.Child("nominalConcurrencyShares"), shares, "must be a non-negative integer");
        }
    }

    private static void ValidateLending(JsonObject? level, FieldPath path, FieldErrorList errors)
    {
        if (level.Integer("lendablePercent") is (< 0 or > 100) and var percent)
        {
            errors.Invalid(path.Child("lendablePercent"), percent, "must be between 0 and 100, inclusive");
        }
    }

    private static void ValidateResponse(JsonObject response, FieldPath path, FieldErrorList errors)
    {
        var queuing = response.Child("queuing");
        switch (response.Text("type"))
        {
            case "Reject" when queuing is not null:
                errors.Forbidden(path.Child("queuing"), "must be nil if limited.limitResponse.type is not Limited");
                break;
            case "Reject":
                break;
            case "Queue" when queuing is null:
                errors.Required(path.Child("queuing"), "must not be empty if limited.limitResponse.type is Limited");
                break;
            case "Queue":
                ValidateQueuing(queuing, path.Child("queuing"), errors);
                break;
            case var other:
                errors.NotOneOf(path.Child("type"), other, "Queue", "Reject");
                break;
        }
    }

    private static void ValidateQueuing(JsonObject queuing, FieldPath path, FieldErrorList errors)
    {
        var (length, queues) = (queuing.Integer("queueLengthLimit") ?? 0, queuing.Integer("queues") ?? 0);
        var hand = queuing.Integer("handSize") ?? 0;
        if (length <= 0)
        {
            errors.Invalid(path.Child("queueLengthLimit"), length, "must be positive");
        }

        if (queues <= 0)
        {
            errors.Invalid(path.Child("queues"), queues, "must be positive");
        }
        else if (queues > MaxQueues)
        {
            errors.Invalid(path.Child("queues"), queues, $"must not be greater than {MaxQueues}");
        }

        if (hand <= 0)
        {
            errors.Invalid(path.Child("handSize"), hand, "must be positive");
        }
        else if (hand > queues)
        {
            errors.Invalid(path.Child("handSize"), hand, $"should not be greater than queues ({queues})");
        }
        else if (Math.Ceiling(Math.Log2(queues) * hand) > MaxHashBits)
        {
            errors.Invalid(
                path.Child("handSize"), hand,
                $"required entropy bits of deckSize {queues} and handSize {hand} should not be greater than {MaxHashBits}");
        }
    }
}
