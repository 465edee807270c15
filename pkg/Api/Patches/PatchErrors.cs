using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Merging;
using Kube1.Api.Models;

namespace Kube1.Api.Patches;

/// <summary>What upstream answers to patches that cannot be applied.</summary>
internal static class PatchErrors
{
    /// <summary>
    /// 422 with upstream's generic text; <paramref name="why"/> is for logs, upstream does not tell it either.
    /// </summary>
    public static ApiException Unprocessable(string why) => new(
        new V1Status
        {
            Status = "Failure",
            Code = 422,
            Reason = StatusReasons.Invalid,
            Message = "the server rejected our request due to an error in our request",
            Details = new V1StatusDetails(),
        },
        new FormatException(why));

    /// <summary>422 because a test of a JSON patch failed; callers for whom that is no error find it by its cause.</summary>
    public static ApiException FailedTest(string path)
    {
        var cause = new PatchTestException($"testing value {path} failed: test failed");
        return new ApiException(Unprocessable(cause.Message).Status, cause);
    }

    /// <summary>400</summary>
    public static ApiException Bad(string message) => ApiErrors.BadRequest(message);

    /// <summary>500 for a `$patch` that is none of those known.</summary>
    public static ApiException UnknownPatchType(JsonNode? directive, JsonObject map)
    {
        var isText = directive?.GetValueKind() == JsonValueKind.String;
        var shown = GoValueText.Of(directive);
        if (!isText)
        {
            shown = $"%!s({GoValueText.TypeOf(directive, keepsIntegers: true)}={shown})";
        }

        return Unclassified($"unknown patch type: {shown} in map: {GoValueText.Of(map)}");
    }

    /// <summary>500 for a value of another type than the directive needs.</summary>
    public static ApiException WrongType(string expected, JsonNode? actual) =>
        Unclassified($"expected a {expected}, but received a {GoValueText.TypeOf(actual, keepsIntegers: true)}");

    /// <summary>
    /// 500: upstream has no better code for a strategic merge patch whose items lack their merge key.
    /// </summary>
    public static ApiException Unclassified(string message) =>
        new(new V1Status { Status = "Failure", Code = 500, Message = message });
}
