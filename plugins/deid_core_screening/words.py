"""Words that tell nobody alone, though somebody may be called so."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


_ANATOMY = """
abd abdomen abdominal adrenal ankle ant anterior anus aorta aortic apex apical appendix arch arm
artery ascending atrium axilla back basal base bile biliary bladder blood body bone bowel brachial
brain breast bronchus calcaneus calf cardiac carotid carpal caudal cava cell central cerebral
cervical cervix chest chin clavicle coccyx colon cord corona coronary cranial descending disc disk
dorsal duct duodenum ear elbow esophagus extremity eye face facial fat femoral femur fibula finger
foot forearm forehead gallbladder gland groin hand head heart heel hemi hepatic hip humerus iliac
ileum inferior inner internal iris jaw jejunum joint kidney kidneys knee larynx lateral leg lens
limb lip liver lobe lower lumbar lumen lung lungs mandible marrow mastoid maxilla medial
mediastinum meniscus mouth muscle nasal neck nerve node nose optic oral orbit orbits organ ovary
palm pancreas patella pelvic pelvis penis pharynx pituitary pleura posterior prostate pulmonary
radius rectum renal rib ribs root sacral sacrum scalp scapula sella septum shaft shin shoulder
sinus sinuses skin skull spinal spine spleen stem sternum stomach superior tail temple temporal
tendon testis thigh thoracic thorax throat thumb thyroid tibia tissue toe toes tongue tooth trachea
trunk ulna ulnar upper ureter urethra uterus vagina vascular vein veins ventral ventricle vertebra
vessel vessels vocal wall white gray grey matter wing womb wrist
"""
_PICTURES = """
acute adc adult aec aera aged angio art arterial asl atlas average avg axi axial axis bar barium beam
best biopsy black blade bolus bright bulk burn cal calc cap care case cast center child cine clear
clip close coil cold col color colour column con cone contrast control cor coronal count cover cross
cta ctp cube curve cut cyst dark data dce deep delay delayed delta dense density derived detail
device diff diffusion digital display dixon dose double drain dti dual dual dwi dyn dynamic early
ecg echo edge eeg effect empty end energy enhanced epi exam exp ext face fast fault field film filter
final fine first fix flair flash flat flex flow fluid focal focus follow fov frame free front full
fusion fuse gain gate gated grade gradient grid group half hard high hold hot image images img
index inject injection iso kernel large last late lat lat lay layer lead left len level light line
linear list load loc local localizer long loop lossy lost low magnitude main major map maps mark
marker mask max mean median medium mid mild min minor minip mip mixed mode model mono monochrome
motion mpr mra mri mrs multi narrow native near needle neo new noise none normal obl oblique off
open order original other out outer oval overlay pain pair pal part partial pass pat patch path
patient peak perf perfusion per pet phase phantom pin pitch plain plan plane plate plus point pool
port portal pos position post power pre primary probe prone protocol pulse pure quad quick quiet
ramp range rank rapid rate ratio raw recon reduced ref reference report rest result rgb rich right
ring roi rot rotation round routine row sag sagittal sample scan scans scout screen secondary
section seq sequence serial series service set sharp short shot shunt side signal single site size
slab slice slices slow small smooth soft space spin spiral spot spread stack stage stand standard
standing star start state static status std stem stent step stir stone stop strain stress study sub
subtraction supine survey suv swi switch table target task tech test thick thin three time tip tof
tomo top total tra tract transverse trauma tra true tse tube tumor turbo two type ultra uni unit
upright vas vat ven venous vibe view views vol volume vrt wash water wave way weight weighted wide
window wire work xray young zero zone zoom
ct cr dx mg mr nm us xa rf io ot sc sr ko pr seg reg wsi oct opt
"""
_TERMS = """
accession add anonymous application archive attenuation audio auto available baby birth brand call
change code code comment composite container contains content date day days default description
dicom document encapsulated energy error event female first fixed from gen general guest has have
hospital icon inferred info institution int interpretation item male man manual medical method
model modality month name named names num number numeric object obs operator optional patients
pname physician private procedure properties quality ratio record referring remark request
requested scoord selected sex software source station string subject text thing unknown user
value version visit waveform woman year years yes
"""
_SPEECH = """
about after again all also and any are because been before below between both but can cannot could
day did does done down during each even ever every few for found from further had has have her here
him his how into its just less like may might more most much must next not now old once one only
our over own past please rather same seen shall she should since some still such than that the
their them then there these they this those though through too under until very was well were what
when where which while who whole will wish with within without would yet you your
das dem den der des die ein eine ist mit nach nicht oder sich und vom von vor war wie zum zur ohne
aux avec dans des les par pas pour puis sans ses son sur une est ils elle
con del las los mas muy nos por que sin sus una uno
che chi col dal fra gli lei nel per piu poi tra
als bij dat een het met naar niet ook van voor
ao com dos mas nas nem num pela pelo sem seu sua uma
"""
_CALENDAR = """
january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
spring summer autumn fall winter morning noon night today
mai juni juli mars avril juin enero junio julio gennaio maggio giugno luglio maart mei maio
"""

COMMON = words(f"{_ANATOMY} {_PICTURES} {_TERMS} {_SPEECH} {_CALENDAR}")
"""Words and terms of studies, of the standard and of plain speech; folded.

What is a name first and a word of studies hardly ever (Brown, Grant, King) is none of them.
"""

PARTICLES = words(
    "af al am ap bar bat ben bin bint da dal das de degli dei del della den der des di do dos du "
    "el fitz ibn la las le los lo mac mc op san santa st te ten ter ul van vande vander vom von "
    "y zu zum zur"
)
"""Words that go before a name, and are no name as long as another word is beside them."""

TITLES = words(
    "mr mrs ms miss mx dr prof professor sir dame lord lady herr frau fr med dent vet habil dipl "
    "ing mag msc bsc mba phd md do rn ra rt dds dvm mbbs frcr facr frcs jr junior sr senior ii iii "
    "iv esq rev hon capt captain col colonel gen sgt lt cmdr mme mlle mons monsieur madame sra "
    "srta don dona sig signor signora dott dottssa dhr mevr pastor"
)
"""Words of the prefix and suffix of a name (PS3.5 6.2.1.1): never a name."""

ADDRESSED = "mr mrs ms miss mx dr prof sir dame lord lady herr herrn frau mme mlle sra srta"
"""What goes before a name in a sentence."""

ANNOUNCED = "pat patient pt subject name surname nom nombre naam cognome nachname vorname"
"""What goes before a name in a form, if a colon or the like follows."""

PLACEHOLDERS = words(
    "anonymous anonymized anonymised anonym anon deidentified none null nil unknown unspecified "
    "removed redacted na noname noid empty undefined"
)
"""What stands where a value was taken out: nobody's own."""

STREETS = words(
    "street str st strasse road rd avenue ave av lane ln drive dr way weg platz place pl plaza "
    "square sq court ct boulevard blvd rue via calle allee gasse straat laan plein rua avenida "
    "terrace apt apartment suite ste floor unit box po p"
)
"""Words of addresses that every address has."""
