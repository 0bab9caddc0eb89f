"""Word lists: names, nicknames, streets. Made up from common names; nobody in particular."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


MALE_US = _words(
    "James Michael Robert John David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark "
    "Donald Steven Andrew Paul Joshua Kenneth Kevin Brian Timothy Ronald Jason Edward Jeffrey Ryan Jacob Nicholas "
    "Gary Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond "
    "Jack Dennis Jerry Tyler Aaron Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah Ethan Jeremy Walter "
    "Christian Keith Roger Terry Austin Sean Gerald Carl Harold Dylan Arthur Lawrence Jordan Jesse Bryan Billy "
    "Bruce Gabriel Joe Logan Alan Juan Albert Willie Elijah Wayne Randy Vincent Mason Roy Ralph Bobby Russell "
    "Bradley Philip Eugene DeShawn Tyrone Malik Jamal Terrell Darnell Marquis Andre Luis Carlos Miguel Dinh Quang"
)
FEMALE_US = _words(
    "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Sandra Margaret Ashley "
    "Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Amy Kathleen "
    "Angela Shirley Brenda Emma Anna Pamela Nicole Samantha Katherine Christine Helen Debra Rachel Carolyn Janet "
    "Maria Catherine Heather Diane Olivia Julie Joyce Victoria Ruth Virginia Lauren Kelly Christina Joan Evelyn "
    "Judith Andrea Hannah Megan Cheryl Jacqueline Martha Madison Teresa Gloria Sara Janice Latoya Keisha Tamika"
)
LAST_US = _words(
    "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Thompson "
    "White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall "
    "Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers "
    "Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray James "
    "Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Butler Barnes Fisher Henderson Coleman "
    "Simmons Patterson Jordan Reynolds Hamilton Graham Kim Wallace Cole West Hayes Chavez Gibson Bryant Ellis Stevens "
    "Murray Ford Marshall Owens McDonald Harrison Kennedy Wells O'Neil O'Brien D'Angelo Nguyen Tran Washington "
    "Jefferson Banks Booker Gaines Tate Singleton Mosley St.Clair"
)
MALE_MX = _words(
    "José Juan Miguel Luis Carlos Jesús Francisco Antonio Alejandro Jorge Ricardo Fernando Manuel Roberto Eduardo "
    "Javier Daniel Sergio Raúl Arturo Martín Óscar Héctor Víctor Andrés Ángel Iván Adrián Rubén Gerardo Ramón César "
    "Diego Emilio Hugo Noé Julián Tomás Agustín Joaquín Sebastián Mateo Ulises Abel"
)
FEMALE_MX = _words(
    "María Guadalupe Juana Margarita Verónica Elizabeth Alejandra Leticia Rosa Gabriela Ana Patricia Silvia Claudia "
    "Teresa Martha Yolanda Lucía Sofía Adriana Mónica Beatriz Inés Belén Itzel Ximena Fernanda Daniela Noemí Rocío"
)
LAST_MX = [
    "Hernández", "García", "Martínez", "López", "González", "Pérez", "Rodríguez", "Sánchez", "Ramírez", "Cruz",
    "Flores", "Gómez", "Morales", "Vázquez", "Jiménez", "Reyes", "Díaz", "Torres", "Gutiérrez", "Ruiz", "Mendoza",
    "Aguilar", "Ortiz", "Moreno", "Castillo", "Romero", "Álvarez", "Méndez", "Chávez", "Rivera", "Juárez", "Ramos",
    "Domínguez", "Herrera", "Medina", "Castro", "Vargas", "Guzmán", "Velázquez", "Muñoz", "Rojas", "de la Cruz",
    "de León", "del Río", "de los Santos", "Ibáñez", "Peña", "Núñez", "Ávila", "Zúñiga", "Ríos", "Solís", "Galván",
]  # fmt: skip
NICKNAMES = {
    "James": "Jim", "Michael": "Mike", "Robert": "Bob", "John": "Jack", "David": "Dave", "William": "Bill",
    "Richard": "Rick", "Joseph": "Joe", "Thomas": "Tom", "Christopher": "Chris", "Charles": "Chuck", "Daniel": "Dan",
    "Matthew": "Matt", "Anthony": "Tony", "Steven": "Steve", "Andrew": "Andy", "Joshua": "Josh", "Kenneth": "Ken",
    "Timothy": "Tim", "Edward": "Eddie", "Nicholas": "Nick", "Jonathan": "Jon", "Benjamin": "Ben", "Samuel": "Sam",
    "Gregory": "Greg", "Alexander": "Alex", "Patrick": "Pat", "Elizabeth": "Liz", "Jennifer": "Jen", "Susan": "Sue",
    "Margaret": "Peggy", "Katherine": "Kate", "Rebecca": "Becky", "Deborah": "Debbie", "Patricia": "Patty",
    "José": "Pepe", "Francisco": "Pancho", "Jesús": "Chuy", "Guadalupe": "Lupe", "Ignacio": "Nacho",
    "Alejandro": "Alex", "Eduardo": "Lalo", "Roberto": "Beto", "Antonio": "Toño", "Rosario": "Chayo",
}  # fmt: skip
MONIKERS = _words(
    "Smoke Tiny Ace Lil_Man Ghost Red Blue Slim Duke Spider Flaco Chato Güero Oso Big_Mike Tank Snake Dre Ty Boogie "
    "Nine Rook Frosty Dutch Cuervo Gato Zurdo"
)
STREETS_US = _words(
    "Alder Birch Cedar Dogwood Elm Fulton Grand Harbor Ivy Jackson Keystone Laurel Main Norris Olive Pine"
)
STREETS_MX = _words(
    "Hidalgo Juárez Morelos Allende Zaragoza Madero Aldama Abasolo Obregón Reforma Insurgentes Guerrero"
)
#: Names and a street that occur nowhere else: found outside of the places for names, they tell of a leak.
CANARY_NAMES = _words(
    "Wrenquill Larkvane Finchmoor Orioletto Pipitski Siskindale Dunnockby Serinhart Linnetzer Buntingrove Twitefell "
    "Redpollard Brambleyx Crossbillow Hawfincher Waxwingate Dippersund Whinchatley Stonechatz Wheatearle"
)
CANARY_STREET = "Goldcrestine"
