using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Models;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>
/// What a webhook has answered, checked as upstream checks it
/// (k8s.io/apiserver/pkg/admission/plugin/webhook/request VerifyAdmissionResponse).
/// </summary>
internal sealed record AdmissionReviewAnswer
{
    private const string V1 = "admission.k8s.io/v1";

    /// <summary>Codes above are none of HTTP; Go's server would fail on them.</summary>
    private const int MaxCode = 999;

    /// <summary>Whether the write may go on.</summary>
    public required bool Allowed { get; init; }

    /// <summary>Why not.</summary>
    public V1Status? Status { get; init; }

    /// <summary>The patch to apply; empty for none.</summary>
    public required byte[] Patch { get; init; }

    /// <summary>"JSONPatch"; empty without a patch.</summary>
    public required string PatchType { get; init; }

    /// <summary>Remarks for the audit log.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> AuditAnnotations { get; init; }

    /// <summary>Warnings for the client.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Reads an answer to the review of this uid.</summary>
    /// <exception cref="WebhookCallException">It is none.</exception>
    public static AdmissionReviewAnswer Read(JsonObject review, string version, string uid, bool isMutating)
    {
        var fields = new AnswerFields("AdmissionReview.");
        var response = fields.Object(review, "response");
        if (response is null)
        {
            throw Invalid("webhook response was absent");
        }

        fields = new AnswerFields("AdmissionReview.response.");
        var answeredUid = fields.Text(response, "uid") ?? "";
        var answer = new AdmissionReviewAnswer
        {
            Allowed = fields.Flag(response, "allowed"),
            Status = fields.Object(response, "status") is { } status ? ReadStatus(status) : null,
            Patch = fields.Bytes(response, "patch"),
            PatchType = fields.Text(response, "patchType") ?? "",
            AuditAnnotations = fields.Texts(response, "auditAnnotations"),
            Warnings = fields.List(response, "warnings"),
        };
        if (version == "v1")
        {
            Verify(review, uid, answeredUid);
            VerifyPatch(answer, response["patchType"] is not null, isMutating);
            return answer;
        }

        // v1beta1 asked for less: any uid and kind, and a patch can only be of one type.
        return !isMutating
            ? answer with { Patch = [], PatchType = "" }
            : answer with { PatchType = answer.Patch.Length > 0 ? "JSONPatch" : "" };
    }

    /// <summary>The refusal that the client gets.</summary>
    public ApiException Refusal(string webhook)
    {
        var deniedBy = $"admission webhook \"{webhook}\" denied the request";
        var code = Status?.Code ?? 0;
        return new ApiException(new V1Status
        {
            Status = Status?.Status is { Length: > 0 } and not "Success" ? Status.Status : "Failure",
            Code = code is >= 400 and <= MaxCode ? code : 400,
            Reason = Status?.Reason,
            Details = Status?.Details,
            Message = Status switch
            {
                { Message.Length: > 0 } => $"{deniedBy}: {Status.Message}",
                { Reason.Length: > 0 } => $"{deniedBy}: {Status.Reason}",
                _ => deniedBy + " without explanation",
            },
        });
    }

    private static void Verify(JsonObject review, string uid, string answeredUid)
    {
        if (answeredUid != uid)
        {
            throw Invalid($"expected response.uid={GoText.Quote(uid)}, got {GoText.Quote(answeredUid)}");
        }

        var (apiVersion, kind) = (review.Text("apiVersion"), review.Text("kind"));
        if (apiVersion != V1 || kind != "AdmissionReview")
        {
            var shown = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion : "/" + apiVersion;
            throw Invalid($"expected webhook response of {V1}, Kind=AdmissionReview, got {shown}, Kind={kind}");
        }
    }

    private static void VerifyPatch(AdmissionReviewAnswer answer, bool hasType, bool isMutating)
    {
        var hasPatch = answer.Patch.Length > 0;
        var wrong = (isMutating, hasPatch, hasType) switch
        {
            (true, true, false) => "webhook returned response.patch but not response.patchType",
            (true, false, true) => "webhook returned response.patchType but not response.patch",
            (true, _, true) when answer.PatchType.Length == 0 => "webhook returned invalid response.patchType of \"\"",
            (false, true, _) => "validating webhook may not return response.patch",
            (false, _, true) => "validating webhook may not return response.patchType",
            _ => null,
        };
        if (wrong is not null)
        {
            throw Invalid(wrong);
        }
    }

    private static V1Status ReadStatus(JsonObject status)
    {
        try
        {
            // By its text: a webhook may name a member twice, and the last one counts.
            return KubeJson.Deserialize<V1Status>(CanonicalJson.Serialize(status));
        }
        catch (JsonException e)
        {
            throw new WebhookCallException(
                "failed to call webhook: json: cannot unmarshal the value of AdmissionReview.response.status: " + e.Message,
                503, e);
        }
    }

    private static WebhookCallException Invalid(string why) => new("received invalid webhook response: " + why);
}
